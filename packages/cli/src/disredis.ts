#!/usr/bin/env node
import { processTerminal } from './output/terminal.js'
import { runCli } from './run-cli.js'

async function main(): Promise<void> {
  const terminal = processTerminal()
  try {
    process.exitCode = await runCli(process.argv.slice(2), terminal)
  } finally {
    terminal[Symbol.dispose]()
  }
}

void main()
