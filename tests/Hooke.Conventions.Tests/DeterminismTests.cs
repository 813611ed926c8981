using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hooke.Conventions.Tests;

/// <summary>Same input, same bytes: forward passes with everything recorded, gradients, and training steps.</summary>
public class DeterminismTests
{
    static readonly Lazy<Output> Plain = new(() => Start("1"));

    [Theory]
    [InlineData("2"), InlineData("3"), InlineData("7")]
    public void The_number_of_threads_changes_no_byte(string threads) => Assert.Equal(Plain.Value.Hashes, Start(threads).Hashes);

    [Theory]
    [InlineData("EnableAVX512=0", 256, true), InlineData("PreferredVectorBitWidth=128", 128, true)]
    [InlineData("EnableAVX2=0", 128, false), InlineData("EnableHWIntrinsic=0", 0, false)]
    public void Narrower_vectors_and_fused_products_without_hardware_change_no_byte(string @switch, int widest, bool mayFuse)
    {
        Output output = Start("2", @switch);
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64) // elsewhere most of the switches mean nothing
            Assert.True(output.VectorBits <= widest && (mayFuse || !output.HasFusedProducts), $"{@switch} had no effect");
        Assert.Equal(Plain.Value.Hashes, output.Hashes);
    }

    [Fact]
    public void Compiling_everything_at_once_changes_no_byte() =>
        Assert.Equal(Plain.Value.Hashes, Start("2", "TieredCompilation=0").Hashes);

    [Fact]
    public void Different_computations_have_different_hashes()
    {
        Assert.Equal(15, Plain.Value.Hashes.Length);
        Assert.Equal(15, Plain.Value.Hashes.Select(line => line.Split(' ')[^1]).Distinct().Count());
    }

    static Output Start(string threads, string? @switch = null)
    {
        string probe = Path.Combine(AppContext.BaseDirectory, "Hooke.Probe.dll");
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [probe, threads])
        {
            RedirectStandardOutput = true,
        };
        if (@switch?.Split('=') is [var name, var value])
            start.Environment[$"DOTNET_{name}"] = value;
        using Process process = Process.Start(start)!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        string[] machine = lines[0].Split(' '); // vectors BITS fma True
        return new(int.Parse(machine[1], System.Globalization.CultureInfo.InvariantCulture), bool.Parse(machine[3]), lines[1..]);
    }

    sealed record Output(int VectorBits, bool HasFusedProducts, string[] Hashes);
}
