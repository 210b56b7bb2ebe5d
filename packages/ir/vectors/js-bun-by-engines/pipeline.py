import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.js.project(version='1.2.3').run('test')]
