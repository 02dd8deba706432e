import { Disredis, DisredisError } from '@disredis/client'
import {
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  ServiceUnavailableException,
} from '@nestjs/common'

@Controller()
export class VisitsController {
  constructor(@Inject(Disredis) private readonly redis: Disredis) {}

  @Get('visits/:page')
  async visit(@Param('page') page: string) {
    try {
      return { page, visits: await this.redis.incr(`visits:${page}`) }
    } catch (error) {
      // `retryable`: the same request may succeed in a moment.
      if (error instanceof DisredisError && error.retryable) throw new ServiceUnavailableException()
      throw error
    }
  }

  /** For a readiness probe: it says `degraded` in a failover, and serves on. */
  @Get('health')
  @HttpCode(200)
  health() {
    const { state } = this.redis.health()
    if (state === 'down') throw new ServiceUnavailableException()
    return { state }
  }
}
