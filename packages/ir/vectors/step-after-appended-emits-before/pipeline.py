import harmont as hm


@hm.pipeline("vec")
def ci():
    plan = hm.sh('make plan', label='plan', append={})
    return [hm.sh('make report', label='report', depends_on=plan.appended())]
