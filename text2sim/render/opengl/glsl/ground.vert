in vec4 in_place;  // the point below the eye, and four directions with w = 0: an endless plane

void main() {
    vec3 view = (in_place.xyz - eye * in_place.w) * axes;
    gl_Position = clip_place(view, in_place.w);
}
