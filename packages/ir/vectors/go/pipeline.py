import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.go()
    return [project.build(), project.test(), project.vet(), project.fmt()]
