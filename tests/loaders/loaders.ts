import { transformSync } from 'rolldown/utils'
import { everyNodeVersion, nodeBinary } from '../packaging/node-binary.js'
import { npmBinary } from '../packaging/npm-binary.js'
import { exercise, type ModuleStyle, main, type PublicNames } from './exercise.js'

/** A way in which programs load the packages. */
export interface Loader {
  readonly title: string
  /** In every run of the tests, not only when the whole table is asked for. */
  readonly isShort?: boolean
  readonly manifest?: Readonly<Record<string, unknown>>
  /** What the project has installed, besides the packages and the frameworks that they are for. */
  readonly dependencies?: Readonly<Record<string, string>>
  readonly files: (names: PublicNames) => Readonly<Record<string, string>>
  /** Programs and their arguments, one after the other. The last one runs the exercise. */
  readonly commands: () => Promise<readonly Command[]>
  /** It is watched through a failover, too. */
  readonly survivesFailover?: boolean
}

export type Command = readonly [program: string, ...args: string[]]

const node = process.execPath

function javaScript(code: string): string {
  return transformSync('program.ts', code).code
}

function javaScriptFiles(style: ModuleStyle, extension: 'mjs' | 'cjs') {
  return (names: PublicNames) => ({
    [`exercise.${extension}`]: javaScript(exercise(style, names)),
    [`main.${extension}`]: javaScript(main(style, `./exercise.${extension}`)),
  })
}

function typeScriptFiles(names: PublicNames) {
  return {
    'exercise.ts': exercise('import', names),
    'main.ts': main('import', './exercise'),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'es2022',
        module: 'commonjs',
        moduleResolution: 'node10',
        esModuleInterop: true,
        strict: true,
        skipLibCheck: true,
        types: ['node'],
      },
    }),
  }
}

/** A test file of any runner: it needs `test` alone. */
function testFile(load: string): string {
  return `${load}
test('the packages work here', async () => {
  console.log(await exercise(process.env.SENTINELS))
}, 120_000)
`
}

const nodes: readonly Loader[] = everyNodeVersion.flatMap((version) => [
  {
    title: `import, Node.js ${version}`,
    survivesFailover: version === everyNodeVersion[0],
    files: javaScriptFiles('import', 'mjs'),
    commands: async () => [[await nodeBinary(version), 'main.mjs']],
  },
  {
    title: `require(), Node.js ${version}`,
    files: javaScriptFiles('require', 'cjs'),
    commands: async () => [[await nodeBinary(version), 'main.cjs']],
  },
])

const bothWays: Loader = {
  title: 'import and require() in one process',
  isShort: true,
  files: (names) => ({
    ...javaScriptFiles('import', 'mjs')(names),
    ...javaScriptFiles('require', 'cjs')(names),
    'both.mjs': `import { createRequire } from 'node:module'
import { exercise, loaded as imported } from './exercise.mjs'
const required = createRequire(import.meta.url)('./exercise.cjs')
for (const [name, values] of Object.entries(imported)) {
  for (const [one, value] of Object.entries(values)) {
    if (required.loaded[name][one] !== value) throw new Error('Two copies of ' + one + ' of ' + name)
  }
}
const { ClosedError } = imported['@disredis/client']
const { DisredisError } = required.loaded['@disredis/sentinel']
if (!(new ClosedError('Closed') instanceof DisredisError)) throw new Error('Two classes')
await exercise(process.env.SENTINELS)
console.log(await required.exercise(process.env.SENTINELS))
`,
  }),
  commands: async () => [[node, 'both.mjs']],
}

const testRunners: readonly Loader[] = [
  {
    title: 'node:test',
    files: (names) => ({
      ...javaScriptFiles('import', 'mjs')(names),
      'all.test.mjs': `import { test } from 'node:test'
import { exercise } from './exercise.mjs'
test('the packages work here', async () => {
  console.log(await exercise(process.env.SENTINELS))
})
`,
    }),
    commands: async () => [[node, '--test', 'all.test.mjs']],
  },
  ...['29', '30'].map((version) => ({
    title: `Jest ${version} as it comes`,
    isShort: version === '30',
    dependencies: { jest: version },
    files: (names: PublicNames) => ({
      'exercise.js': javaScript(exercise('require', names)),
      'all.test.js': testFile(`const { exercise } = require('./exercise')`),
    }),
    commands: async () => [[node, 'node_modules/jest/bin/jest.js', '--ci']] as const,
  })),
  {
    title: 'Jest 30 with ES modules',
    dependencies: { jest: '30' },
    manifest: { type: 'module' },
    files: (names) => ({
      'exercise.js': javaScript(exercise('import', names)),
      'all.test.js': testFile(`import { exercise } from './exercise.js'`),
    }),
    commands: async () => [
      [node, '--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--ci'],
    ],
  },
  {
    title: 'ts-jest as it comes',
    dependencies: {
      jest: '30',
      'ts-jest': '29',
      typescript: '5.9',
      '@types/jest': '30',
      ...nodeTypes(),
    },
    manifest: { jest: { preset: 'ts-jest' } },
    files: (names) => {
      const { 'main.ts': _, 'tsconfig.json': config, ...files } = typeScriptFiles(names)
      return {
        ...files,
        'tsconfig.json': config.replace('["node"]', '["node","jest"]'),
        'all.test.ts': testFile(`import { exercise } from './exercise'`).replace(
          'SENTINELS',
          'SENTINELS!',
        ),
      }
    },
    commands: async () => [[node, 'node_modules/jest/bin/jest.js', '--ci']],
  },
  {
    title: 'vitest',
    dependencies: { vitest: '4' },
    files: (names) => ({
      'exercise.ts': exercise('import', names),
      'all.test.ts': testFile(
        `import { test } from 'vitest'\nimport { exercise } from './exercise'`,
      ),
    }),
    commands: async () => [[node, 'node_modules/vitest/vitest.mjs', 'run']],
  },
]

/** The modules of a bundle get what Node.js gives to CommonJS; esbuild's own `require` refuses. */
const ESBUILD_BANNER = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`

const esbuild = { esbuild: '0.28' }
const rollup = {
  rollup: '4',
  '@rollup/plugin-commonjs': '29',
  '@rollup/plugin-node-resolve': '16',
  '@rollup/plugin-json': '6',
}

const bundlers: readonly Loader[] = [
  {
    title: 'esbuild, CommonJS',
    isShort: true,
    dependencies: esbuild,
    files: javaScriptFiles('import', 'mjs'),
    commands: async () => [
      [
        'node_modules/.bin/esbuild',
        ...['main.mjs', '--bundle', '--platform=node', '--format=cjs', '--outfile=out.cjs'],
      ],
      [node, 'out.cjs'],
    ],
  },
  {
    title: 'esbuild, ES modules with its banner, minified',
    isShort: true,
    dependencies: esbuild,
    files: javaScriptFiles('import', 'mjs'),
    commands: async () => [
      [
        'node_modules/.bin/esbuild',
        ...['main.mjs', '--bundle', '--platform=node', '--format=esm', '--minify'],
        ...[`--banner:js=${ESBUILD_BANNER}`, '--outfile=out.mjs'],
      ],
      [node, 'out.mjs'],
    ],
  },
  ...(['commonjs', 'module'] as const).map((format) => ({
    title: `webpack, ${format === 'module' ? 'ES modules' : 'CommonJS'}`,
    dependencies: { webpack: '5', 'webpack-cli': '6' },
    files: (names: PublicNames) => ({
      ...javaScriptFiles('import', 'mjs')(names),
      'webpack.config.cjs': `module.exports = {
  mode: 'production',
  target: 'node20',
  entry: './main.mjs',
  experiments: { outputModule: ${format === 'module'} },
  output: {
    path: __dirname,
    filename: 'out.${format === 'module' ? 'mjs' : 'cjs'}',
    library: { type: '${format === 'module' ? 'module' : 'commonjs2'}' },
  },
}
`,
    }),
    commands: async () =>
      [
        [node, 'node_modules/webpack-cli/bin/cli.js', '--config', 'webpack.config.cjs'],
        [node, format === 'module' ? 'out.mjs' : 'out.cjs'],
      ] as const,
  })),
  ...(['cjs', 'es'] as const).map((format) => ({
    title: `rollup, ${format === 'es' ? 'ES modules' : 'CommonJS'}`,
    dependencies: rollup,
    files: (names: PublicNames) => ({
      ...javaScriptFiles('import', 'mjs')(names),
      'rollup.config.mjs': `import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import { nodeResolve } from '@rollup/plugin-node-resolve'
export default {
  input: 'main.mjs',
  output: { file: 'out.${format === 'es' ? 'mjs' : 'cjs'}', format: '${format}', inlineDynamicImports: true },
  plugins: [nodeResolve({ preferBuiltins: true }), commonjs(), json()],
}
`,
    }),
    commands: async () =>
      [
        [node, 'node_modules/rollup/dist/bin/rollup', '-c', 'rollup.config.mjs'],
        [node, format === 'es' ? 'out.mjs' : 'out.cjs'],
      ] as const,
  })),
  {
    title: 'tsup, both formats',
    dependencies: { tsup: '8.5', typescript: '5.9', ...nodeTypes() },
    files: typeScriptFiles,
    commands: async () => [
      [node, 'node_modules/tsup/dist/cli-default.js', 'main.ts', '--format', 'cjs,esm'],
      [node, 'dist/main.js'],
      [node, 'dist/main.mjs'],
    ],
  },
]

const arch = process.arch === 'arm64' ? 'aarch64' : process.arch
const otherRuntimes: readonly Loader[] = [
  {
    title: 'Bun',
    survivesFailover: true,
    files: (names) => ({
      'exercise.ts': exercise('import', names),
      'main.ts': main('import', './exercise'),
    }),
    commands: async () => {
      const name = `@oven/bun-${process.platform}-${arch}`
      return [
        [await npmBinary({ package: name, version: '1.4.5', path: 'bin/bun' }), 'run', 'main.ts'],
      ]
    },
  },
  {
    title: 'Deno',
    survivesFailover: true,
    files: javaScriptFiles('import', 'mjs'),
    commands: async () => {
      const libc = process.platform === 'linux' ? '-glibc' : ''
      const name = `@deno/${process.platform}-${process.arch}${libc}`
      const deno = await npmBinary({ package: name, version: '2.9.6', path: 'deno' })
      return [[deno, 'run', '--allow-all', '--cached-only', 'main.mjs']]
    },
  },
]

function nodeTypes(): Record<string, string> {
  return { '@types/node': '20' }
}

export const loaders: readonly Loader[] = [
  ...nodes,
  bothWays,
  ...testRunners,
  ...bundlers,
  ...otherRuntimes,
]
