import { afterAll, beforeAll, describe, test } from 'vitest'
import { deployForFailover, sessionFailoverContract } from '../src/index.js'
import { serveReferenceApp } from './reference-app.js'

sessionFailoverContract(
  { afterAll, beforeAll, describe, test },
  {
    name: 'plain node:http with a Disredis client',
    serve: serveReferenceApp,
    deploy: deployForFailover,
    report: (figures) => console.log(JSON.stringify(figures)),
  },
)
