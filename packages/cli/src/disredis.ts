#!/usr/bin/env node
import { processTerminal } from './output/terminal.js'
import { runCli } from './run-cli.js'

using terminal = processTerminal()
process.exitCode = await runCli(process.argv.slice(2), terminal)
