import express from 'express-4'
import { bareSession } from './bare-session.mjs'
import { serveExpress } from './serve-express.mjs'

export const start = () => serveExpress(express(), bareSession)
