import { disredisSession } from '@disredis/express-session'
import express from 'express-4'
import { cookie, secret, serveExpress } from './serve-express.mjs'

/** Over all masters. */
export const start = ({ sentinels }) =>
  serveExpress(express(), disredisSession({ sentinels, secret, cookie }))
