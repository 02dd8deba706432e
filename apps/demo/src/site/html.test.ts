import { expect, test } from 'vitest'
import { html } from './html.js'

test('what people wrote is escaped, what is markup stays', () => {
  const item = html`<li>${'<script>"\'&'}</li>`
  expect(html`<ul>${[item, item]}</ul>${null}${undefined}${7}`.text).toBe(
    '<ul><li>&lt;script&gt;&quot;&#39;&amp;</li>\n<li>&lt;script&gt;&quot;&#39;&amp;</li></ul>7',
  )
})
