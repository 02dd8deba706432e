import type { IncomingMessage, ServerResponse } from 'node:http'
import { createExpressApp, type ExpressApp } from './express-app.js'
import { createFastifyApp, type FastifyApp } from './fastify-app.js'
import type { SiteContext } from './site-context.js'

/** Express and Fastify behind one origin, on the same sessions. */
export class Site implements AsyncDisposable {
  readonly #express: ExpressApp
  readonly #fastify: FastifyApp

  private constructor(express: ExpressApp, fastify: FastifyApp) {
    this.#express = express
    this.#fastify = fastify
  }

  static async create(context: SiteContext): Promise<Site> {
    return new Site(createExpressApp(context), await createFastifyApp(context))
  }

  /** @returns whether the request is the site's */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const [, first] = (request.url ?? '').split(/[/?#]/)
    if (first === 'express') this.#express.handle(request, response)
    else if (first === 'fastify') this.#fastify.handle(request, response)
    else return false
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fastify.close()
    await this.#express.close()
  }
}
