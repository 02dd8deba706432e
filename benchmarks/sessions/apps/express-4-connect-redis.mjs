import express from 'express-4'
import { connectRedis } from './connect-redis.mjs'
import { serveExpress } from './serve-express.mjs'

export const start = async (where) => serveExpress(express(), await connectRedis(where))
