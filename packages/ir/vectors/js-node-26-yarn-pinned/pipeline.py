import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.js.project(version='26').run('test')]
