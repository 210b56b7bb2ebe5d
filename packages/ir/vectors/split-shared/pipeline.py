import harmont as hm


@hm.target()
def deps():
    return hm.sh("npm ci", label="deps")


class Project:
    def __hm_leaves__(self):
        return deps().sh("npm test", label="test")


@hm.pipeline("vec")
def ci():
    project = Project()
    return [hm.split(2, lambda _: project, files="test"), project]
