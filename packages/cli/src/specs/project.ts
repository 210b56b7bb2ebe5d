import type { CommandSpec } from './spec.ts'

export const projectSpecs = {
  init: {
    summary: 'Write a first pipeline for this project',
    here: true,
    flags: {
      template: {
        kind: 'string',
        short: 't',
        value: 'KIND',
        choices: ['rust', 'go', 'elixir', 'zig', 'cmake', 'nextjs', 'js', 'python', 'autotools', 'make', 'generic'],
        summary: 'kind of project (default: detected)',
      },
      lang: { kind: 'string', value: 'LANG', choices: ['ts', 'py'], summary: 'language of the pipeline file' },
      slug: { kind: 'string', value: 'SLUG', summary: "slug of the pipeline (default: the project's name)" },
      plain: { kind: 'boolean', summary: "write plain steps that use this machine's own tools and download none" },
      force: { kind: 'boolean', summary: 'overwrite the pipeline file' },
      types: { kind: 'boolean', summary: 'write only the types that editors need for a TypeScript pipeline' },
      noSkills: { kind: 'boolean', summary: 'do not offer the agent skills' },
    },
    examples: [
      ['hm init', 'detects the kind of project'],
      ['hm init -t go --lang py', 'a Go project, its pipeline in Python'],
    ],
  },
  doctor: {
    summary: 'Check what hm needs and how to fix what is missing',
    query: true,
    about: ['Exits 9 when a check of the chosen backend fails.'],
  },
} as const satisfies Readonly<Record<string, CommandSpec>>
