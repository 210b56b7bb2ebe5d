import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.python.test(path='a'), hm.py.uv.lint(path='b', version='0.9.2')]
