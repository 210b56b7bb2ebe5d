import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.python(uv_version='0.9.2', path='my app')
    return [project.typecheck(paths=['src', 'a b']), project.test()]
