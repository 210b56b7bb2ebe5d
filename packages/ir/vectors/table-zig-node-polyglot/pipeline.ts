import { forever, onChange, pipeline, sh, ttl } from '@harmont/hm'
import { zig } from '@harmont/hm/toolchains'

export default {
  slug: 'zig-node-polyglot',
  pipeline: () => {
    const base = sh('apt-get update && apt-get install -y --no-install-recommends curl ca-certificates xz-utils', {
      label: 'base',
      cache: ttl(86400),
    })
    const node = base.sh('curl -fsSL https://deb.nodesource.com/setup_22.x | bash - && apt-get install -y nodejs', {
      cache: forever(),
    })
    const project = zig({ path: 'zig', base })
    return pipeline([
      project.build(),
      project.test(),
      project.fmt(),
      base.sh('make docs', { label: 'docs' }),
      node.sh('npm ci', { label: 'deps', cwd: 'web', cache: onChange('web/package-lock.json') }),
    ])
  },
}
