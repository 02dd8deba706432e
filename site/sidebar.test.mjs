import { expect, test } from 'vitest'
import { sidebar } from './.vitepress/sidebar.mjs'
import { links } from './pages.mjs'

test('the sidebar of the site leads to every page that there will be, once', () => {
  const shown = sidebar.flatMap(({ items }) => items.map(({ link }) => link))
  expect(shown.filter((link) => !link.includes('#')).sort()).toEqual([...links].sort())
})
