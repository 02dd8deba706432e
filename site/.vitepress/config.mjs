import { defineConfig } from 'vitepress'
import { sidebar } from './sidebar.mjs'

const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#3451b2" d="M2 2h8l4 6-4 6H2z"/></svg>',
)}`

const description =
  'The Node.js client for Redis and Valkey with Sentinel: sharded over all masters, safe in failovers.'

export default defineConfig({
  title: 'disredis',
  description,
  lang: 'en',
  srcDir: '.generated/pages',
  outDir: 'dist',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: icon }]],
  // Links and their anchors are checked by check-links.mjs, in what was built.
  ignoreDeadLinks: true,
  markdown: { theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar,
    nav: [
      { text: 'Five minutes', link: '/five-minutes' },
      { text: 'Questions', link: '/#what-teams-ask-first' },
      { text: 'API', link: '/api/client' },
    ],
    socialLinks: [{ icon: 'github', link: 'https://github.com/disredis/disredis' }],
  },
})
