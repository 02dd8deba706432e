import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import type { Showcase } from '../src/showcase.js'
import { buildPage } from './built-page.js'
import { findChromium } from './find-chromium.js'
import { startShowcase } from './start-showcase.js'

/** ms; a machine with all cores busy takes long, and a hang is found all the same. */
export const patience = 90_000

export type TestShowcase = Awaited<ReturnType<typeof startShowcase>>

/** A real Chromium, the built page and the whole demo. */
export class BrowserSession implements AsyncDisposable {
  readonly #browser: Browser
  readonly #page: Awaited<ReturnType<typeof buildPage>>
  /** What pages wrote to their consoles as errors, and exceptions in them. */
  readonly errors: string[] = []
  showcase: TestShowcase

  private constructor(
    browser: Browser,
    page: Awaited<ReturnType<typeof buildPage>>,
    showcase: TestShowcase,
  ) {
    this.#browser = browser
    this.#page = page
    this.showcase = showcase
  }

  static async start(): Promise<BrowserSession> {
    const page = await buildPage()
    const showcase = await startShowcase({ pageFolder: page.folder })
    const executablePath = findChromium()
    const browser = await chromium.launch(executablePath === undefined ? {} : { executablePath })
    return new BrowserSession(browser, page, showcase)
  }

  /** A browser of its own: no cookies, no storage, and no motion unless asked for, which takes a core here. */
  async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    })
    context.setDefaultTimeout(patience)
    context.on('page', (page) => this.#watch(page))
    return context
  }

  /** The dashboard as who started the demo sees it, with everything on it. */
  async dashboard(context: BrowserContext, address = this.showcase.server.address): Promise<Page> {
    const page = await context.newPage()
    await page.goto(address)
    await page.getByTestId('phase-shard-3').waitFor()
    return page
  }

  /** Ends the demo and starts another one at the same address. */
  async restart(whileAway: () => Promise<void>): Promise<void> {
    const { port } = new URL(this.showcase.server.origin)
    await this.showcase[Symbol.asyncDispose]()
    await whileAway()
    this.showcase = await startShowcase({
      pageFolder: this.#page.folder,
      web: { host: '127.0.0.1', port: Number(port), mayMove: false },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close()
    await this.showcase[Symbol.asyncDispose]()
    await this.#page[Symbol.asyncDispose]()
  }

  #watch(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text())
    })
    page.on('pageerror', (error) => this.errors.push(error.message))
  }
}

const pictures = fileURLToPath(new URL('../.vitest/screenshots', import.meta.url))

/** Keeps what the page looks like, for who looks at the run. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage })
}

/** Signs in by the strip of the dashboard. @returns the shard of the session */
export async function signIn(page: Page, name: string): Promise<string> {
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Sign in at Express' }).click()
  await page.getByTestId('known-Fastify').getByText('✓').waitFor()
  return (await page.getByTestId('session-shard').textContent()) ?? ''
}

export function masterOf(showcase: Showcase, shard: string) {
  return showcase.demo.client.health().shards.find((one) => one.shard === shard)?.master
}
