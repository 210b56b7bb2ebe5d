import { pipeline, pullRequest, push, sh } from '@harmont/hm'

// Finds the packages of the repository, and adds a step for the tests of each.
const plan = sh('node plan.js', { label: 'plan', append: { max: 100 } })

// Waits for the tests of all packages, however many there are.
const all = plan.sh('echo every package passed', { label: 'all', dependsOn: plan.appended() })

export default {
  slug: 'monorepo',
  triggers: [push({ branch: 'main' }), pullRequest()],
  // Steps use this machine's own programs, read-only. Name an image to be independent of the machine.
  pipeline: pipeline([all], { defaultImage: 'host' }),
}
