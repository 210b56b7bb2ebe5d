import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.js.project().run('test')]
