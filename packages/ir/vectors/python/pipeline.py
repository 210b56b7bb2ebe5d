import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.python()
    return [project.test(), project.lint(), project.fmt(), project.typecheck()]
