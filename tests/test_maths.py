"""Laws that the maths must obey, for any input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from text2sim.maths import camera, filters, ik, kinematics
from text2sim.maths import quaternions as quat
from text2sim.skeleton import PARENTS, Skeleton

numbers = st.floats(-3.0, 3.0, allow_nan=False, width=64)
vectors = arrays(np.float64, (3,), elements=numbers)
rotations = arrays(np.float64, (3,), elements=st.floats(-2.0, 2.0)).map(quat.exp)
long_vectors = vectors.filter(lambda v: np.linalg.norm(v) > 0.05)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """The same rotation."""
    return bool(np.allclose(np.abs(np.sum(a * b, axis=-1)), 1.0, atol=1e-9))


@given(rotations, rotations, rotations, vectors)
def test_quaternions_are_a_group_that_acts_on_vectors(a, b, c, v):
    assert np.allclose(quat.mul(quat.mul(a, b), c), quat.mul(a, quat.mul(b, c)))
    assert np.allclose(quat.mul(a, quat.inv(a)), quat.IDENTITY)
    assert np.allclose(quat.rotate(quat.mul(a, b), v), quat.rotate(a, quat.rotate(b, v)))
    assert np.allclose(quat.inv_rotate(a, quat.rotate(a, v)), v)
    assert np.isclose(np.linalg.norm(quat.rotate(a, v)), np.linalg.norm(v))
    assert np.allclose(quat.mul(a, quat.inv_mul(a, b)), b)
    assert np.allclose(quat.mul(quat.mul_inv(a, b), b), a)


@given(rotations)
def test_exponential_logarithm_and_matrix_undo_each_other(q):
    assert same(quat.exp(quat.log(q)), q)
    assert same(quat.from_matrix(quat.to_matrix(q)), q)
    matrix = quat.to_matrix(q)
    assert np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-9)
    assert np.isclose(np.linalg.det(matrix), 1.0)


@given(long_vectors, long_vectors)
def test_between_turns_one_direction_into_the_other(a, b):
    turned = quat.rotate(quat.between(a, b), a)
    assert np.allclose(turned / np.linalg.norm(a), b / np.linalg.norm(b), atol=1e-4)


@given(rotations, rotations, st.floats(0.0, 1.0))
def test_slerp_divides_the_angle(a, b, t):
    whole = np.linalg.norm(quat.log(quat.inv_mul(a, b)))
    part = np.linalg.norm(quat.log(quat.inv_mul(a, quat.slerp(a, b, t))))
    assert np.isclose(part, t * whole, atol=1e-6)


def test_angular_velocity_of_a_steady_turn():
    times = np.arange(20) / 30.0
    turning = quat.about_z(1.3 * times)
    assert np.allclose(quat.angular_velocity(turning, 30.0), [0.0, 0.0, 1.3])


@given(arrays(np.float64, (22, 3), elements=st.floats(-1.0, 1.0)), vectors)
@settings(max_examples=30)
def test_world_and_local_rotations_undo_each_other_and_bones_keep_their_length(angles, root):
    skeleton, local = Skeleton.of_stature(1.6), quat.exp(angles)
    positions, world = skeleton.forward(root, local)
    assert same(kinematics.to_local(PARENTS, world), local)
    bones = positions[1:] - positions[list(PARENTS[1:])]
    lengths = np.linalg.norm(skeleton.offsets[1:], axis=-1)
    assert np.allclose(np.linalg.norm(bones, axis=-1), lengths)


@given(long_vectors, long_vectors, st.floats(0.2, 0.6), st.floats(0.2, 0.6))
def test_two_bones_meet_a_reachable_target_and_bend_towards_the_pole(target, pole, upper, lower):
    target = target / np.linalg.norm(target) * (abs(upper - lower) + 0.9 * min(upper, lower))
    first, second, axis = ik.two_bone(np.zeros(3), target, pole, upper, lower)
    assert np.allclose(upper * first + lower * second, target, atol=1e-9)
    assert np.allclose(np.linalg.norm([first, second, axis], axis=-1), 1.0)
    assert np.allclose([first @ axis, second @ axis], 0.0, atol=1e-9)
    assert np.cross(first, second) @ axis >= -1e-9
    across = pole - (pole @ target) * target / (target @ target)
    assert (upper * first) @ across >= -1e-6


@given(st.floats(0.0, 5.0), st.floats(0.5, 0.999))
def test_reach_is_exact_when_near_and_never_straight(distance, start):
    reach = ik.soft_reach(distance, 1.0, start)
    assert reach <= ik.STRAIGHT
    if distance < start:
        assert reach == distance
    further = ik.soft_reach(distance + 0.01, 1.0, start)
    assert 0.0 <= further - reach <= 0.01 + 1e-12


@given(rotations)
def test_bone_rotation_takes_rest_to_world(q):
    rest, hinge = np.array([0.02, 0.0, -0.4]), np.array([0.0, 1.0, 0.0])
    bone, axis = quat.rotate(q, rest / np.linalg.norm(rest)), quat.rotate(q, hinge)
    assert same(ik.bone_rotation(rest, hinge, bone, axis), q)


@pytest.mark.parametrize("ease", [filters.smoothstep, filters.minimum_jerk])
def test_eases_rise_from_nought_to_one_and_hold(ease):
    curve = ease(np.linspace(-1.0, 2.0, 301))
    assert curve[0] == 0.0
    assert curve[-1] == 1.0
    assert np.all(np.diff(curve) >= 0.0)
    assert np.isclose(ease(0.5), 0.5)


@given(st.lists(numbers, min_size=2, max_size=8), st.data())
def test_monotone_curve_meets_its_knots_without_overshoot(values, data):
    knots = np.cumsum(
        data.draw(st.lists(st.floats(0.1, 2.0), min_size=len(values), max_size=len(values)))
    )
    values = np.array(values)
    assert np.allclose(filters.monotone(knots, values, knots), values)
    at = np.linspace(knots[0], knots[-1], 200)
    curve = filters.monotone(knots, values, at)
    left = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    low = np.minimum(values[left], values[left + 1])
    high = np.maximum(values[left], values[left + 1])
    assert np.all((curve >= low - 1e-9) & (curve <= high + 1e-9))


def test_hermite_is_exact_for_cubics():
    knots, at = np.array([0.0, 0.7, 2.0]), np.linspace(0.0, 2.0, 50)
    cubic = np.polynomial.Polynomial([1.0, -2.0, 0.5, 0.3])
    assert np.allclose(filters.hermite(knots, cubic(knots), cubic.deriv()(knots), at), cubic(at))


@given(st.floats(0.0, 6.0), numbers, numbers)
def test_gaussian_keeps_straight_lines(sigma, offset, slope):
    line = offset + slope * np.arange(40.0)
    assert np.allclose(filters.gaussian(line, sigma), line, atol=1e-9)


@given(numbers, numbers, st.floats(0.2, 1.5))
def test_a_seam_is_closed_in_value_and_velocity(offset, velocity, end):
    t = np.array([0.0, 1e-5, end - 1e-5, end, end + 1.0])
    curve = filters.decaying_offset(offset, velocity, t, end)
    assert np.isclose(curve[0], offset)
    assert np.isclose((curve[1] - curve[0]) / 1e-5, velocity, atol=1e-3)
    assert np.allclose(curve[2:], 0.0, atol=1e-9)


def test_envelope_is_shared_out_where_time_is_short():
    t = np.linspace(-0.5, 1.5, 201)
    weight = filters.envelope(t, 0.0, 1.0, 0.3, 0.3)
    assert np.all(weight[(t > 0.3) & (t < 0.7)] > 0.999)
    assert np.all(weight[(t <= 0.0) | (t >= 1.0)] == 0.0)
    assert filters.envelope(t, 0.0, 0.1, 0.3, 0.3).max() > 0.9


@given(vectors, long_vectors, st.floats(0.3, 1.5))
def test_the_camera_sees_its_target_in_the_middle(eye, offset, fov):
    pixel, depth = camera.project(eye + offset, eye, eye + offset, fov, (640, 480))
    assert np.allclose(pixel, [320.0, 240.0])
    assert np.isclose(depth, np.linalg.norm(offset))
    axes = camera.look_at(eye, eye + offset)
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-9)
    assert np.isclose(np.linalg.det(axes), 1.0)


def test_right_is_right_and_up_is_up_in_the_picture():
    eye, target = [-5.0, 0.0, 1.0], [0.0, 0.0, 1.0]
    right, _ = camera.project([0.0, -1.0, 1.0], eye, target, 0.7, (640, 480))
    above, _ = camera.project([0.0, 0.0, 2.0], eye, target, 0.7, (640, 480))
    assert right[0] > 320.0
    assert above[1] < 240.0
