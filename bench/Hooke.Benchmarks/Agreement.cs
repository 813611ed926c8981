using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>How closely the numbers of two sides agree.</summary>
static class Agreement
{
    /// <summary>‖a − b‖ / ‖b‖; masked scores are −∞ on both sides.</summary>
    public static double Relative(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] == b[i] && float.IsInfinity(a[i]))
                continue;
            difference += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
            size += (double)b[i] * b[i];
        }
        return Math.Sqrt(difference / size);
    }

    /// <summary>The largest difference, as a share of the largest number.</summary>
    public static double OfLargest(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max() / b.Max(Math.Abs);

    /// <summary>Relative difference of each tensor of a recording and what the peer puts into its file on a request.</summary>
    /// <exception cref="InputException">The peer keeps something that Hooke does not.</exception>
    public static Dictionary<Address, double> Of(Recording recording, TorchPeer peer, JsonObject request)
    {
        Address[] addresses = [.. recording.Addresses];
        request["file"] = peer.File;
        request["names"] = new JsonArray([.. addresses.Select(a => (JsonNode)a.ToString())]);
        JsonArray others = peer.Ask(request)["others"]!.AsArray();
        if (others.Count > 0)
            throw new InputException($"only PyTorch keeps {others.ToJsonString()}");
        using FileStream file = File.OpenRead(peer.File);
        return addresses.ToDictionary(a => a, a => Relative(recording[a].Data, Read(file, recording[a].Shape.Count)));
    }

    /// <summary>The numbers that come next in a file.</summary>
    public static float[] Read(FileStream file, int count)
    {
        float[] numbers = new float[count];
        file.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }
}
