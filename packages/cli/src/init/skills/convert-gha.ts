export const convertGha = `---
name: convert-gha
description: Convert GitHub Actions workflows (.github/workflows/*.yml) to a Harmont pipeline. Use when asked to move CI to Harmont.
---

# Convert GitHub Actions

Read every workflow first. Leave the YAML files in place until the user asks to delete them.

| in the workflow | in the pipeline |
|---|---|
| \`on: push: branches\` | \`push({ branch: [...] })\` |
| \`on: pull_request\` | \`pullRequest({ branches, paths })\` |
| \`on: schedule\` | \`schedule({ cron, timezone })\` |
| a job | a chain of steps, begun with \`sh(...)\` or a toolchain |
| \`steps: run\` | \`.sh('...')\`; keep lines that share shell state in one command |
| \`needs: [a]\` | start from it, \`a.sh(...)\`, when its files are used; else \`dependsOn: [a]\` |
| \`strategy: matrix\` | \`matrix({ go: ['1.23.2', '1.24.0'] }, (cell) => ...)\` |
| \`actions/checkout\` | nothing; the source is in \`/workspace\` |
| \`actions/setup-node\`, \`setup-go\`, \`setup-python\` | a toolchain, or an image that has the tool |
| \`actions/cache\` | \`cache: onChange('lockfile')\` on the step that installs |
| \`upload-artifact\`, then \`download-artifact\` | start the later step from the earlier one, whose files it then has |
| \`upload-artifact\` for people | \`artifacts: 'dist/**'\` on the step that makes the files |
| \`env\`, \`timeout-minutes\`, \`continue-on-error\` | \`env\`, \`timeout: '10m'\`, \`softFail: true\` |
| \`if: github.ref == ...\` | \`when: when({ branch: 'main' })\` |
| \`secrets.NAME\` | \`secrets: ['NAME']\`, then \`$NAME\` in the command |
| \`concurrency: cancel-in-progress\` | \`cancelSuperseded: true\` |

Example, for a job that installs, then tests on two versions:

\`\`\`ts
import { matrix, onChange, type PipelineDefinition, pipeline, pullRequest, push, sh } from '@harmont/hm'

const ci: PipelineDefinition = {
  slug: 'ci',
  triggers: [push({ branch: 'main' }), pullRequest({ branches: 'main' })],
  pipeline: () =>
    pipeline(
      matrix({ node: ['22', '24'] }, ({ node }) =>
        sh('npm ci', { label: 'deps', image: \`node:\${node}\`, cache: onChange('package-lock.json') }).sh('npm test', {
          label: 'test',
          timeout: '15m',
        }),
      ),
      { env: { CI: 'true' }, cancelSuperseded: true },
    ),
}

export default ci
\`\`\`

Publishing actions, GitHub's own token, and macOS and Windows runners have no counterpart: say so in a comment at the place, and tell the user. Do not guess what a third-party action does: read its \`action.yml\`, or ask.

Then \`hm validate ci\` and \`hm run ci\`.
`
