import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.js.project(runtime='deno', version='2.1.4').run('test')]
