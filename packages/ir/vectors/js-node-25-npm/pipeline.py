import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.js.project(version='25', pm='npm').run('test')]
