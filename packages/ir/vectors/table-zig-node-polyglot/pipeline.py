import harmont as hm


@hm.pipeline("zig-node-polyglot")
def ci():
    base = hm.sh('apt-get update && apt-get install -y --no-install-recommends curl ca-certificates xz-utils', label='base', cache=hm.ttl(86400))
    node = base.sh('curl -fsSL https://deb.nodesource.com/setup_22.x | bash - && apt-get install -y nodejs', cache=hm.forever())
    project = hm.zig(path='zig', base=base)
    return [project.build(), project.test(), project.fmt(), base.sh('make docs', label='docs'), node.sh('npm ci', label='deps', cwd='web', cache=hm.on_change('web/package-lock.json'))]
