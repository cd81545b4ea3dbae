out vec4 out_colour;

void main() {
    vec3 ray = ray_of(gl_FragCoord.xy);
    out_colour = shown(surface(ray), ray);
}
