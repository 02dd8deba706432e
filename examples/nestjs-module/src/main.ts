import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { DisredisModule } from './disredis.module'
import { VisitsController } from './visits.controller'

const sentinels = process.env.SENTINELS ?? '127.0.0.1:26379,127.0.0.1:26380,127.0.0.1:26381'

@Module({
  imports: [DisredisModule.forRoot({ sentinels })],
  controllers: [VisitsController],
})
class AppModule {}

async function start(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] })
  app.enableShutdownHooks()
  await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
  console.log(`listening on ${await app.getUrl()}`)
}

void start()
