using Hooke.Testing;

namespace Hooke.Circuits.Tests;

/// <summary>Graphs held against those that circuit-tracer made.</summary>
public sealed class TraceCheckTests
{
    [FixtureTheory]
    [InlineData("circuit_tracer_plt_gpt2_jumprelu")]
    [InlineData("circuit_tracer_plt_gpt2_partial")]
    [InlineData("circuit_tracer_clt_gpt2_relu")]
    public void Graphs_are_those_of_circuit_tracer(string folder)
    {
        TraceCheck check = TraceCheck.Run(Fixtures.ThirdParty("parity", folder));
        Assert.True(check.IsClose, string.Join("\n", check.Rows.Select(row => $"{row.What}: {row.Difference} {row.Note}")
            .Concat(check.Nodes.Select(node => $"{node.Node}: {node.Difference}"))));
        Assert.Empty(check.Nodes);
        Assert.True(check.Rows.Count > 15);
        Assert.Contains("zeroed positions: what latents and errors add that circuit-tracer sets to zero and leaves out", check.OnlyHere);
    }
}
