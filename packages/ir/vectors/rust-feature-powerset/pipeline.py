import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.rust.project()
    return [project.install(), project.feature_powerset()]
