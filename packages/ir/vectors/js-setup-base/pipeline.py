import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.js.project(pm='npm', base=hm.sh('make', label='base')).setup('npm run codegen').run('test')]
