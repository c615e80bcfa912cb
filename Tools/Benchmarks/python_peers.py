"""NumPy and SciPy beside the tracker: one frame's filter, envelope and peak, each in its best form.

Prints JSON: name -> microseconds a frame, the lower quartile of rounds by turns.
"""

import argparse
import json
import time

import numpy
import scipy.signal


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    sigma = 64e6 / (2 * numpy.pi * 10e6 * 0.6 / 2 / 1.1753936)
    half = int(numpy.ceil(4 * sigma))
    k = numpy.arange(-half, half + 1)
    window = numpy.exp(-0.5 * (k / sigma) ** 2)
    real = (window * numpy.cos(2 * numpy.pi * k * 10 / 64)).astype(numpy.float32)
    taps = (window * numpy.exp(-2j * numpy.pi * k * 10 / 64)).astype(numpy.complex64)
    random = numpy.random.default_rng(1)
    frames = []
    for _ in range(16):
        i = numpy.arange(options.samples) - options.samples * random.uniform(0.2, 0.8)
        pulse = 2000 * numpy.exp(-0.5 * (i / sigma) ** 2) * numpy.cos(2 * numpy.pi * i * 10 / 64)
        frames.append((pulse + 20 * random.standard_normal(options.samples)).astype(numpy.int16))
    length = options.samples + 2 * half
    spectrum = numpy.fft.fft(taps[::-1], length).astype(numpy.complex64)

    def numpy_correlate(frame):
        return numpy.argmax(numpy.abs(numpy.correlate(frame.astype(numpy.complex64), taps, "valid")))

    def numpy_fft(frame):
        line = numpy.fft.ifft(numpy.fft.fft(frame.astype(numpy.float32), length) * spectrum)
        return numpy.argmax(numpy.abs(line))

    def scipy_hilbert(frame):
        line = scipy.signal.correlate(frame.astype(numpy.float32), real, "same", "direct")
        return numpy.argmax(numpy.abs(scipy.signal.hilbert(line)))

    peers = {"NumPy correlate": numpy_correlate, "NumPy FFT": numpy_fft,
             "SciPy correlate + hilbert": scipy_hilbert}
    times = {name: [] for name in peers}
    for _ in range(options.rounds):
        for name, peer in peers.items():
            start = time.perf_counter()
            for frame in frames:
                peer(frame)
            times[name].append((time.perf_counter() - start) / len(frames) * 1e6)
    print(json.dumps({name: sorted(t)[len(t) // 4] for name, t in times.items()}))


main()
