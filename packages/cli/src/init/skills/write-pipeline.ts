export const writePipeline = `---
name: write-pipeline
description: Write or change a Harmont CI pipeline (.hm/*.ts or .hm/*.py). Use when asked to add a CI step, speed CI up, or cache something.
---

# Write a Harmont pipeline

A pipeline is a program in \`.hm/\` that returns a graph of shell steps. A step made by \`parent.sh(...)\` starts from a snapshot of its parent's file system, so install once and fan out.

\`\`\`ts
import { type PipelineDefinition, onChange, pipeline, pullRequest, push, sh } from '@harmont/hm'

const deps = sh('npm ci', { label: 'deps', cache: onChange('package-lock.json') })

const ci: PipelineDefinition = {
  slug: 'ci',
  triggers: [push({ branch: 'main' }), pullRequest()],
  pipeline: () =>
    pipeline(
      [
        deps.sh('npm test', { label: 'test', timeout: '10m' }),
        deps.sh('npm run lint', { label: 'lint' }),
      ],
      { env: { CI: 'true' } },
    ),
}

export default ci
\`\`\`

The same in Python:

\`\`\`py
import harmont as hm

deps = hm.sh("npm ci", label="deps", cache=hm.on_change("package-lock.json"))


@hm.pipeline("ci", triggers=[hm.push(branch="main"), hm.pull_request()], env={"CI": "true"})
def ci():
    return [
        deps.sh("npm test", label="test", timeout="10m"),
        deps.sh("npm run lint", label="lint"),
    ]
\`\`\`

Rules:

1. Give each step a short \`label\`; a cached step keeps its identity through its \`key\` or label.
2. Cache what depends on few files (\`onChange\`), never the tests themselves. \`ttl('1d')\` is for package lists, \`forever()\` for pinned downloads.
3. To wait for a step without its files: \`dependsOn: [step]\`. A barrier between groups: \`wait()\`.
4. Secrets are named (\`secrets: ['NPM_TOKEN']\`), never written down.
5. Toolchains (\`rust\`, \`go\`, \`python\`, \`js\`, \`zig\`, \`cmake\`, \`elixir\` from \`@harmont/hm/toolchains\`, or from \`harmont\` in Python) have the usual steps: \`js.project().ci()\`.
6. A pipeline file imports the SDK, relative files and workspace packages, nothing else.

After a change: \`hm validate ci\`, then \`hm run ci\`. When a step fails, \`hm logs --failed\` prints what it reported and \`hm exec KEY ls\` looks into its file system.
`
