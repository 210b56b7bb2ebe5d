import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.rust.project()
    return [project.build(), project.test(), project.doctest(), project.clippy(), project.fmt(), project.doc(env={'A': 'b'})]
