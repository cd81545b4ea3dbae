in vec3 in_world;
uniform mat4x3 sun_frame;  // world to x, y [texels] and nearness [m]
uniform vec2 sun_range;    // nearness: lowest, highest
uniform float sun_size;    // side of the map [texels]

void main() {
    vec3 place = sun_frame * vec4(in_world, 1.0);
    float far = (sun_range.y - place.z) / (sun_range.y - sun_range.x);
    gl_Position = vec4(2.0 * place.xy / sun_size - 1.0, 2.0 * far - 1.0, 1.0);
}
