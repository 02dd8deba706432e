import express from 'express'
import { bareSession } from './bare-session.mjs'
import { serveExpress } from './serve-express.mjs'

export const start = () => serveExpress(express(), bareSession)
