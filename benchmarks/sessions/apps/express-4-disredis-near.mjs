import { disredisSession } from '@disredis/express-session'
import express from 'express-4'
import { cookie, nearCache, secret, serveExpress } from './serve-express.mjs'

export const start = ({ sentinels }) =>
  serveExpress(express(), disredisSession({ sentinels, secret, cookie, nearCache }))
