import { Disredis, type DisredisOptions } from '@disredis/client'
import {
  type DynamicModule,
  Global,
  Inject,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common'

/** Provides one `Disredis` to the whole application, ready before the first request, closed after the last. */
@Global()
@Module({})
export class DisredisModule implements OnApplicationShutdown {
  constructor(@Inject(Disredis) private readonly redis: Disredis) {}

  static forRoot(options: DisredisOptions): DynamicModule {
    return {
      module: DisredisModule,
      providers: [{ provide: Disredis, useFactory: () => Disredis.connect(options) }],
      exports: [Disredis],
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.redis.close()
  }
}
