import { forever, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', {
        label: 'a',
        services: [{ name: 'db', image: 'x' }],
        artifacts: ['x'],
        resources: { cpu: 1 },
        concurrency: { group: 'g', limit: 2 },
        when: { branch: 'main' },
        softFail: true,
        retry: 1,
        continueOnFailure: true,
        runner: 'vm',
        image: 'node:24',
        timeout: 60,
        cache: forever(),
        env: { A: 'b' },
        secrets: ['S'],
      }),
    ]),
}
