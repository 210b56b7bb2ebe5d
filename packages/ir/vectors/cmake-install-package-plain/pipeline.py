import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.cmake().project()
    return [project.install(), project.package()]
