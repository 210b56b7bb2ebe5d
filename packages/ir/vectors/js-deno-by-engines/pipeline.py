import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.js.project(version='2.1').run('test')]
