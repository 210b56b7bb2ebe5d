import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.matrix({'os': ['linux', 'mac']}, lambda cell: hm.sh(f'printf 😀😀 && make target-with-a-very-long-name os={cell.os}'))]
