// The camera of text2sim.maths.camera: X right, Y down, Z forward. Row 0 of every picture is its top.
uniform vec3 eye;     // [m], world
uniform mat3 axes;    // columns: right, down, forward
uniform vec2 size;    // of the whole picture [px]
uniform float focal;  // [px]
uniform vec2 shift;   // moves the sample within the pixel, in normalised coordinates

const float NEAR = 0.05;

vec4 clip_place(vec3 view, float w) {
    // Beyond NEAR without end: points at infinity have w = 0.
    return vec4(2.0 * focal * view.xy / size + shift * view.z,
                view.z * 0.999999 - 2.0 * NEAR * w, view.z);
}
