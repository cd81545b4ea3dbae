uniform vec2 offset;  // of the sample within the upper left of four pixels [px]
out float nearness;

void main() {
    nearness = 1.0 / surface(ray_of(2.0 * gl_FragCoord.xy - 1.0 + offset)).depth;
}
