import { exitOnOldNode } from './bootstrap/node-version.mjs'

exitOnOldNode()

// Later imports are dynamic: a Node that is too old may not even parse what they name.
import('./bootstrap/bootstrap.mjs')
  .then(({ bootstrap }) => bootstrap())
  .then(() => Promise.all([import('./test/run-all.mjs'), import('./test/steps.mjs')]))
  .then(([{ runAll }, { allSteps }]) => runAll(allSteps()))
