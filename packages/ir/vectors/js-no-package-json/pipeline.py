import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.js.project(path='web', version='20.x', image='debian:12').run('test')]
